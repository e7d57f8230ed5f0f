"""The page of embedded layers."""
