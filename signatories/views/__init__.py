"""What signers and readers do."""
