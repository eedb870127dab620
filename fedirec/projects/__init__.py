"""What people make together until it is finished: projects, their steps and tasks, and the productions at the end."""
