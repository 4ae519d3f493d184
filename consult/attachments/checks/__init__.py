"""What a file is, by its content, and whether it is taken. Run in a process with limits: see `consult.attachments.work`."""
