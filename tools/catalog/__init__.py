"""What `make catalog` is made of: wheels in, one data file out."""
