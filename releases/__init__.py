"""Released versions of the book: each is frozen as an archive beside this file, and published beside the newest."""
