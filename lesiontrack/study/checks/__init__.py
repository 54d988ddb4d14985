"""What `lesiontrack check` looks for: one module a subject, each a function from a Study to problems."""
