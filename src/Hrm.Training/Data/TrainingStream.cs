using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>An endless stream of training batches that a background thread prepares, and that can go on from any place.</summary>
/// <remarks>
/// What a batch holds depends on the seed and its <see cref="SamplerPosition"/> alone, so a resumed training reads what the
/// interrupted one would have read. Give it a dataset and an augmentation that no other thread uses. One reader at a time.
/// </remarks>
public sealed class TrainingStream : IDisposable
{
    private readonly PuzzleLoader _loader;
    private readonly GroupSampler _sampler;
    private readonly IExampleAugmentation? _augmentation;
    private readonly HashSet<SamplerPosition> _skipped = [];
    private BatchProducer? _producer;
    private IEnumerator<StreamedBatch>? _direct;

    /// <summary>Creates a stream that stands at its beginning.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">B, the rows of a batch of all processes together.</param>
    /// <param name="options">How to draw them; read once.</param>
    /// <param name="device">Where the tensors go; the CPU by default.</param>
    /// <param name="augmentation">Changes each example after it was read, or <see langword="null"/>.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is not positive or no multiple of the number of processes, or an iteration might not fill one batch.</exception>
    public TrainingStream(
        IPuzzleDataset dataset,
        int batchSize,
        TrainingStreamOptions? options = null,
        Device? device = null,
        IExampleAugmentation? augmentation = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Options = options ?? new TrainingStreamOptions();
        InvalidConfigException.ThrowIfInvalid("training stream options", Options);

        Dataset = dataset;
        BatchSize = batchSize;
        _loader = new PuzzleLoader(dataset, batchSize, device ?? CPU, Options.Rank, Options.WorldSize);
        _sampler = new GroupSampler(dataset, batchSize, Options.EpochsPerIteration, Options.Seed);
        _augmentation = augmentation;
    }

    /// <summary>The examples.</summary>
    public IPuzzleDataset Dataset { get; }

    /// <summary>B, the rows of a batch of all processes together.</summary>
    public int BatchSize { get; }

    /// <summary>The place of the next batch.</summary>
    public SamplerPosition Position { get; private set; }

    /// <summary>How the batches are drawn.</summary>
    internal TrainingStreamOptions Options { get; }

    /// <summary>The places that are left out.</summary>
    public IReadOnlyCollection<SamplerPosition> Skipped => _skipped;

    /// <summary>The next batch.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A batch that the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the stream stands where it stood.</exception>
    public StreamedBatch Next(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = Take(cancellationToken);
            Position = batch.Position with { Batch = batch.Position.Batch + 1 };
            if (!_skipped.Contains(batch.Position))
            {
                return batch;
            }

            batch.Dispose();
        }
    }

    /// <summary>Goes to a place, and forgets what was to be left out.</summary>
    /// <param name="position">The place of the next batch; beyond an iteration's end it is the next iteration's first.</param>
    /// <param name="skipped">The places to leave out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of <paramref name="position"/> is negative.</exception>
    public void Seek(SamplerPosition position, IEnumerable<SamplerPosition>? skipped = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position.Iteration, nameof(position));
        ArgumentOutOfRangeException.ThrowIfNegative(position.Batch, nameof(position));
        Stop();
        Position = position;
        _skipped.Clear();
        _skipped.UnionWith(skipped ?? []);
    }

    /// <summary>Leaves a batch out when the stream comes to it.</summary>
    /// <param name="position">Its place.</param>
    public void Skip(SamplerPosition position) => _skipped.Add(position);

    /// <summary>Stops the background thread and frees the batches that it holds ready.</summary>
    public void Dispose() => Stop();

    private StreamedBatch Take(CancellationToken cancellationToken)
    {
        if (Options.PrefetchBatches > 0)
        {
            if (_producer is null)
            {
                _producer = new BatchProducer(Source(), Options.PrefetchBatches);
                _producer.Start();
            }

            return _producer.Take(cancellationToken);
        }

        _direct ??= Source().GetEnumerator();
        try
        {
            return _direct.MoveNext() ? _direct.Current : throw new InvalidOperationException("The source of training batches has ended.");
        }
        catch
        {
            // An iterator that has thrown is over: the next call starts a new one at the same place.
            Stop();
            throw;
        }
    }

    private IEnumerable<StreamedBatch> Source() => _loader.From(Position, _sampler, Options.Seed, _augmentation);

    private void Stop()
    {
        _producer?.Dispose();
        _producer = null;
        _direct?.Dispose();
        _direct = null;
    }
}
