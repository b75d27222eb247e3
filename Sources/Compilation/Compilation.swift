// The Compilation module.
