"""Documents inside the properties of resources: state machines and event patterns, read to properties of the inventory."""
