// The Sampling module.
