// The target has no interface: it only has to be linked.
