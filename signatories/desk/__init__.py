"""Where a team vets, invites and exports."""
