"""The pages of the colleagues: signing in, the board of cases, one case, and the directory."""
