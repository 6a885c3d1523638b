"""Who is on call: the plan of shifts, rotations and changes, and plain functions that read it for any minute."""
