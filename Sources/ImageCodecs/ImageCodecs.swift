// The ImageCodecs module.
