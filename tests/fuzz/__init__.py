"""Bodies that no platform would send, made from the recordings by a fuzzer that watches which code they reach."""
