// Tests that count the tensors of the whole process need it to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
