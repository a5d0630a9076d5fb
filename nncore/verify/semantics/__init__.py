"""Tree to statements: what letters stand for, shapes, indices, layers, definitions and conditions."""
