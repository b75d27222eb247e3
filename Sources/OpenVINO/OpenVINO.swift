// The OpenVINO module.
