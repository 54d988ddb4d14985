"""`lesiontrack review`: pages on this machine where readers correct, judge and sign."""

from lesiontrack.review.app import create_app
from lesiontrack.review.state import ReviewState, current_state

__all__ = ["ReviewState", "create_app", "current_state"]
