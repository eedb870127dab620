"""What runs behind the requests: the kinds of jobs, and the chores that come round again."""
