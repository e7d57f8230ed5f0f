"""What sister scenes share."""
