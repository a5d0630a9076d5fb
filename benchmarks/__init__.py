"""How fast the book's network trains, measured side by side with others: `make bench`."""
