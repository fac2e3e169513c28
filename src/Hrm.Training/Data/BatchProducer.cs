using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Hrm.Training;

/// <summary>Runs a source of batches on its own thread, a bounded number ahead of the reader.</summary>
internal sealed class BatchProducer : IDisposable
{
    private readonly BlockingCollection<StreamedBatch> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    public BatchProducer(IEnumerable<StreamedBatch> source, int capacity)
    {
        _ready = new BlockingCollection<StreamedBatch>(capacity);
        _thread = new Thread(() => Produce(source)) { IsBackground = true, Name = "Hrm training batches" };
    }

    /// <summary>Starts the thread. The stream already refers to this producer, so it detects a call from its own source.</summary>
    public void Start() => _thread.Start();

    /// <summary>The next batch. An exception of the source is thrown here, after the batches made before it.</summary>
    public StreamedBatch Take(CancellationToken cancellationToken)
    {
        RequireOtherThread();
        if (_ready.TryTake(out var batch, Timeout.Infinite, cancellationToken))
        {
            return batch;
        }

        _failure!.Throw();
        throw new InvalidOperationException("unreachable");
    }

    public void Dispose()
    {
        RequireOtherThread();
        _stop.Cancel();
        _thread.Join();
        while (_ready.TryTake(out var batch))
        {
            batch.Batch.Dispose();
        }

        _ready.Dispose();
        _stop.Dispose();
    }

    /// <summary>Throws on the producer's own thread, which would wait for itself.</summary>
    private void RequireOtherThread()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException(
                "TrainingStream: expected a call from another thread, got one from the stream's own (a dataset or augmentation that it reads), which would wait for itself.");
        }
    }

    private void Produce(IEnumerable<StreamedBatch> source)
    {
        StreamedBatch? pending = null;
        try
        {
            foreach (var batch in source)
            {
                pending = batch;
                _ready.Add(batch, _stop.Token);
                pending = null;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            pending?.Batch.Dispose();
        }
        catch (Exception error)
        {
            // A dataset or an augmentation may throw anything. The reader receives it.
            _failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }
}
