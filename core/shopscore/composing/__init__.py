"""Points become dimensions, scores and statuses, compared with industries and standards."""
