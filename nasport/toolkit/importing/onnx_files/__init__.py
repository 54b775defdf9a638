"""Reader of ONNX files, which returns graphs of primitive operations."""
