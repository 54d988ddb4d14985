"""Training the small network: labelled photographs, their split, the network, its loop and its ONNX file.

Readers and split need no torch; the loop needs the extra `train` (pip install 'lesiontrack[train]').
"""
