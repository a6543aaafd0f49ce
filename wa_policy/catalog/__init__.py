"""What AWS has: actions, access levels, resource types, condition keys. `store` reads the data file."""
