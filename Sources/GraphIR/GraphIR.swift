// The GraphIR module.
