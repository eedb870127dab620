"""What people do with records and challenges. Each function is one transaction, or says that it is part of one."""
