"""Why sync fails: findings about files, and what mends them."""
