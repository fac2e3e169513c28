using System.Collections.Concurrent;

namespace Hrm.Training;

/// <summary>Runs a source of batches on its own thread, a bounded number ahead of the reader.</summary>
internal static class BatchPrefetch
{
    /// <summary>
    /// The batches of a source. The thread starts with the first and ends when the enumerator is disposed. An exception of the source
    /// is thrown after the batches made before it.
    /// </summary>
    public static IEnumerable<StreamedBatch> RunAhead(IEnumerable<StreamedBatch> source, int capacity)
    {
        using var stop = new CancellationTokenSource();
        using var ready = new BlockingCollection<StreamedBatch>(capacity);
        var producer = Task.Factory.StartNew(
            () => Produce(source, ready, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (var batch in ready.GetConsumingEnumerable())
            {
                yield return batch;
            }

            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            Task.WaitAny(producer);
            while (ready.TryTake(out var batch))
            {
                batch.Batch.Dispose();
            }
        }
    }

    private static void Produce(IEnumerable<StreamedBatch> source, BlockingCollection<StreamedBatch> ready, CancellationToken stop)
    {
        StreamedBatch? pending = null;
        try
        {
            foreach (var batch in source)
            {
                pending = batch;
                ready.Add(batch, stop);
                pending = null;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            pending?.Batch.Dispose();
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}
