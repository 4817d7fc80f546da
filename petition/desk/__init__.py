"""Where a team writes, publishes and runs its letters."""
