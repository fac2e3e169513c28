namespace Hrm.Training;

/// <summary>Runs work on all chunks of all tensors on several threads.</summary>
/// <remarks>
/// One fork for everything: many small tensors cost no more than a large one. Which thread takes which chunk is open, so
/// what a chunk computes must depend on the chunk alone; a sum is one a chunk, added up afterwards in their order.
/// </remarks>
internal static class ChunkedPass
{
    /// <summary>A chunk takes about ten microseconds: for fewer than these no thread is woken.</summary>
    private const int FewChunks = 4;

    /// <summary>Runs <paramref name="work"/> once for each chunk.</summary>
    public static void Run(int chunks, int threads, Action<int> work)
    {
        if (threads <= 1 || chunks < FewChunks)
        {
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                work(chunk);
            }

            return;
        }

        var last = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            for (var chunk = Interlocked.Increment(ref last); chunk < chunks; chunk = Interlocked.Increment(ref last))
            {
                work(chunk);
            }
        });
    }
}
