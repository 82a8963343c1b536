"""The account: one rule of fills, costs and marks, for training, evaluation and sessions alike."""
