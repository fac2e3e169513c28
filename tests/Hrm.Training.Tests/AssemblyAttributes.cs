// Live tensors are counted over all threads, and bit-equal results need the threads of libtorch to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
