// Tests load native libraries into the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
