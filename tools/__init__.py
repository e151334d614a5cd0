"""What is no test: mutants, exchange with Keras, pictures, lessons, data, set-up."""
