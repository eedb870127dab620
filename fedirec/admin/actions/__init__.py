"""What those who run the instance do. Each function is one transaction, or says that it is part of one."""
