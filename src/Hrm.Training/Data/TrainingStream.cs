using System.Collections;
using System.Collections.Concurrent;

namespace Hrm.Training;

/// <summary>An endless stream of training batches that a background thread prepares. It can resume from any position.</summary>
/// <remarks>
/// <para>
/// The stream owns its batches: a batch is valid until the next one is taken or the stream is disposed. Use
/// <see cref="PuzzleBatch.Clone"/> to keep one.
/// </para>
/// <para>
/// The contents of a batch depend only on the seed and its <see cref="SamplerPosition"/>, so a resumed training reads the same
/// batches as an uninterrupted one. The dataset and the augmentation are used on the stream's thread: no other
/// thread may use them, and they may not call the stream. One reader at a time.
/// </para>
/// <para>
/// Processes that train together each make a stream with the same dataset, batch size and seed, and with their own rank. All draw the
/// same batches, and rank r of W takes the rows r·B/W … (r + 1)·B/W - 1 of each. A row's augmentation does not depend on W.
/// </para>
/// </remarks>
/// <example><code>
/// using var batches = new TrainingStream(dataset, batchSize: 64, augmentation: new SudokuTask());
/// foreach (var batch in batches.Take(options.TotalSteps))
/// {
///     trainer.Step(batch);
/// }
/// </code></example>
public sealed class TrainingStream : IEnumerable<PuzzleBatch>, IDisposable
{
    private readonly GroupSampler _sampler;
    private readonly BatchReader _reader;
    private readonly int _rows;
    private readonly IExampleAugmentation? _augmentation;
    private readonly HashSet<SamplerPosition> _skipped = [];
    private IEnumerator<StreamedBatch>? _batches;
    private BatchPrefetch? _prefetch;
    private volatile int _readingThread; // The thread that reads and augments a batch; 0 for none.

    /// <summary>Creates a stream at its first batch.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">B, the rows of a batch of all processes together.</param>
    /// <param name="options">Settings of sampling; read once.</param>
    /// <param name="device">The device of the batches; the CPU by default.</param>
    /// <param name="augmentation">Changes each example after reading; <see langword="null"/> for none.</param>
    /// <exception cref="InvalidConfigException">The options are not valid; all errors are listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The batch size is not a positive multiple of the number of processes, has too many tokens, or exceeds the examples of an iteration.
    /// </exception>
    public TrainingStream(
        IPuzzleDataset dataset,
        int batchSize,
        TrainingStreamOptions? options = null,
        Device? device = null,
        IExampleAugmentation? augmentation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        Options = options ?? new TrainingStreamOptions();
        InvalidConfigException.ThrowIfInvalid("training stream options", Options);
        if (batchSize % Options.WorldSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"expected a multiple of {Options.WorldSize}, the number of processes");
        }

        _rows = batchSize / Options.WorldSize;
        Dataset = dataset;
        BatchSize = batchSize;
        _reader = new BatchReader(dataset, _rows, device ?? CPU);
        _sampler = new GroupSampler(dataset, batchSize, Options.EpochsPerIteration, Options.Seed);
        _augmentation = augmentation;
    }

    /// <summary>The examples.</summary>
    public IPuzzleDataset Dataset { get; }

    /// <summary>B, the rows of a batch of all processes together.</summary>
    public int BatchSize { get; }

    /// <summary>The position of the next batch.</summary>
    public SamplerPosition Position { get; private set; }

    /// <summary>The positions that the stream skips.</summary>
    public IReadOnlyCollection<SamplerPosition> Skipped => _skipped;

    internal TrainingStreamOptions Options { get; }

    /// <summary>The batch that <see cref="Next"/> returned last.</summary>
    internal StreamedBatch? Current { get; private set; }

    /// <summary>Takes the next batch and frees the previous one.</summary>
    /// <param name="cancellationToken">Ends the wait for a batch of the background thread.</param>
    /// <returns>A batch that the stream owns; valid until the next call.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the position has not changed.</exception>
    /// <exception cref="InvalidOperationException">The dataset or the augmentation calls, whose batch would wait for itself.</exception>
    public PuzzleBatch Next(CancellationToken cancellationToken = default)
    {
        RequireOtherThread();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = Take(cancellationToken);
            Current?.Batch.Dispose();
            Current = next;
            Position = next.Position with { Batch = next.Position.Batch + 1 };
            if (!_skipped.Contains(next.Position))
            {
                return next.Batch;
            }
        }
    }

    /// <summary>Enumerates an endless sequence of the batches of <see cref="Next"/>.</summary>
    public IEnumerator<PuzzleBatch> GetEnumerator()
    {
        while (true)
        {
            yield return Next();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Moves to a position and replaces the positions to skip. Frees the current batch.</summary>
    /// <param name="position">The position of the next batch; beyond an iteration's end it is the first of the next iteration.</param>
    /// <param name="skipped">The positions to skip.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of <paramref name="position"/> is negative.</exception>
    public void Seek(SamplerPosition position, IEnumerable<SamplerPosition>? skipped = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position.Iteration, nameof(position));
        ArgumentOutOfRangeException.ThrowIfNegative(position.Batch, nameof(position));
        Dispose();
        Position = position;
        _skipped.Clear();
        _skipped.UnionWith(skipped ?? []);
    }

    /// <summary>Stops the background thread and frees all batches.</summary>
    public void Dispose()
    {
        RequireOtherThread();
        Stop();
        Current?.Batch.Dispose();
        Current = null;
    }

    private StreamedBatch Take(CancellationToken cancellationToken)
    {
        try
        {
            if (Options.PrefetchBatches > 0)
            {
                _prefetch ??= new BatchPrefetch(BatchesFrom(Position), Options.PrefetchBatches);
                return _prefetch.Take(cancellationToken);
            }

            _batches ??= BatchesFrom(Position).GetEnumerator();
            _batches.MoveNext();
            return _batches.Current;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // An iterator ends when it throws. The next call starts a new one at the same position.
            Stop();
            throw;
        }
    }

    /// <summary>Endless batches. The random source of a batch is derived from its position, so earlier batches need not be read.</summary>
    private IEnumerable<StreamedBatch> BatchesFrom(SamplerPosition start)
    {
        var seeds = new StatefulRandom(Options.Seed).Split(-1);
        var firstRow = Options.Rank * _rows;
        for (var (iteration, batch) = start; ; iteration++, batch = 0)
        {
            var seedsOfIteration = seeds.Split(iteration);
            foreach (var examples in _sampler.Iterate(iteration, batch))
            {
                var read = Read(examples, firstRow, seedsOfIteration.Split(batch));
                yield return new StreamedBatch(read, new SamplerPosition(iteration, batch), examples[firstRow..(firstRow + _rows)]);
                batch++;
            }
        }
    }

    private PuzzleBatch Read(SampledExample[] examples, int firstRow, StatefulRandom random)
    {
        _readingThread = Environment.CurrentManagedThreadId;
        try
        {
            return _reader.Read(examples, firstRow, _augmentation, random);
        }
        finally
        {
            _readingThread = 0;
        }
    }

    private void RequireOtherThread()
    {
        if (_readingThread == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("TrainingStream: expected a call from another thread, got one from a dataset or augmentation that the stream reads, which would wait for itself.");
        }
    }

    private void Stop()
    {
        _prefetch?.Dispose();
        _prefetch = null;
        _batches?.Dispose();
        _batches = null;
    }
}

/// <summary>Settings of sampling training batches.</summary>
public sealed class TrainingStreamOptions : IValidatedOptions
{
    /// <summary>The number of epochs in one stream of the sampler; its last, unfilled batch is dropped. Default 10.</summary>
    public int EpochsPerIteration { get; set; } = 10;

    /// <summary>The seed of sampling and augmentation. Default 1.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>
    /// The number of batches that a background thread prepares; with 0 each is made on request. The batches and their order do not
    /// depend on it. Default 2.
    /// </summary>
    public int PrefetchBatches { get; set; } = 2;

    /// <summary>The rank of this process among those that train together, from 0. Default 0.</summary>
    public int Rank { get; set; }

    /// <summary>
    /// W, the number of processes that train together. Each reads B/W rows of every batch; batches and their order do not depend on W.
    /// Default 1.
    /// </summary>
    public int WorldSize { get; set; } = 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(EpochsPerIteration), EpochsPerIteration, 1, int.MaxValue)
        .Between(nameof(PrefetchBatches), PrefetchBatches, 0, 1024)
        .Between(nameof(WorldSize), WorldSize, 1, int.MaxValue)
        .Between(nameof(Rank), Rank, 0, Math.Max(WorldSize, 1) - 1)
        .Errors;
}

/// <summary>A position in a stream of training batches, as a checkpoint stores it.</summary>
/// <param name="Iteration">The iteration of the sampler, from 0.</param>
/// <param name="Batch">The batch within the iteration, from 0.</param>
public readonly record struct SamplerPosition(long Iteration, long Batch);

/// <summary>A training batch, its position and its examples in the order of the rows.</summary>
internal sealed record StreamedBatch(PuzzleBatch Batch, SamplerPosition Position, SampledExample[] Examples);

/// <summary>Runs a source of batches on its own thread, a bounded number ahead of the reader.</summary>
internal sealed class BatchPrefetch : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<StreamedBatch> _ready;
    private readonly Task _producer;

    public BatchPrefetch(IEnumerable<StreamedBatch> source, int capacity)
    {
        _ready = new BlockingCollection<StreamedBatch>(capacity);
        _producer = Task.Factory.StartNew(() => Produce(source), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes the next batch. An exception of the source is thrown after the batches made before it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; no batch was taken.</exception>
    public StreamedBatch Take(CancellationToken cancellationToken)
    {
        if (!_ready.TryTake(out var batch, Timeout.Infinite, cancellationToken))
        {
            _producer.GetAwaiter().GetResult();
        }

        return batch!;
    }

    /// <summary>Stops the thread after the present batch, and frees the batches that were not taken.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAny(_producer);
        _ = _producer.Exception; // Observed: a batch that is never taken may have failed.
        while (_ready.TryTake(out var batch))
        {
            batch.Batch.Dispose();
        }

        _ready.Dispose();
        _stop.Dispose();
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
        finally
        {
            _ready.CompleteAdding();
        }
    }
}
