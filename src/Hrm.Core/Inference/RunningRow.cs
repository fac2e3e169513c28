using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>One puzzle in a <see cref="RunningBatch{TRow}"/> and its results so far.</summary>
internal class RunningRow
{
    /// <summary>The index of a row that has not run yet.</summary>
    private const int Nowhere = -1;

    private readonly int _maxSegments;
    private readonly IHaltingPolicy? _halting;
    private readonly int[] _answer;

    /// <summary>Creates a row whose tokens and id were checked by <see cref="SolverRequest.Require"/>.</summary>
    public RunningRow(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
    {
        Tokens = tokens;
        PuzzleId = puzzleId;
        _maxSegments = maxSegments;
        _halting = halting;
        _answer = new int[tokens.Length];
    }

    public int[] Tokens { get; }

    public int PuzzleId { get; }

    /// <summary>Whether to keep the logits of the last segment.</summary>
    public bool KeepsLogits { get; init; }

    /// <summary>Whether to compute <see cref="Residuals"/>.</summary>
    public bool KeepsResiduals { get; init; }

    /// <summary>The noise on the initial carry, or <see langword="null"/>.</summary>
    public StartNoise? Noise { get; init; }

    /// <summary>The row's index in the carry, or −1 before its first segment.</summary>
    public int Place { get; private set; } = Nowhere;

    /// <summary>Segments run.</summary>
    public int Segments { get; private set; }

    /// <summary>The number of segments since the prediction last changed.</summary>
    public int UnchangedSegments { get; private set; }

    /// <summary>The prediction of the last segment: the most likely token at each position. The next segment overwrites it.</summary>
    public ReadOnlySpan<int> Answer => _answer;

    public float QHalt { get; private set; }

    public float QContinue { get; private set; }

    /// <summary>The relative changes of zH and zL over the last segment, see <see cref="StateChange"/>; NaN if they are not computed.</summary>
    public (float High, float Low) Residuals { get; set; } = (float.NaN, float.NaN);

    /// <summary>The reason why the row stopped; none while it runs.</summary>
    public HaltReason Reason { get; private set; }

    /// <summary>The logits of a stopped row that keeps them, [seq_len, V], forward dtype; in the dispose scope of the segment's caller.</summary>
    public Tensor? Logits { get; set; }

    /// <summary>Whether the carry holds a state of the row.</summary>
    public bool HasState => Place != Nowhere;

    private long StartedAt { get; set; }

    /// <summary>Sets the index for the next segment.</summary>
    public void Enter(int place, long now)
    {
        StartedAt = HasState ? StartedAt : now;
        Place = place;
    }

    /// <summary>Stores the results of a segment and decides whether the row stops.</summary>
    public void Finish(ReadOnlySpan<int> answer, float qHalt, float qContinue, TimeProvider time)
    {
        UnchangedSegments = Segments > 0 && answer.SequenceEqual(_answer) ? UnchangedSegments + 1 : 0;
        Segments++;
        answer.CopyTo(_answer);
        QHalt = qHalt;
        QContinue = qContinue;
        Reason = _halting?.Decide(new SegmentState(Segments, qHalt, qContinue, UnchangedSegments, time.GetElapsedTime(StartedAt))) ?? HaltReason.None;
        if (Reason == HaltReason.None && Segments >= _maxSegments)
        {
            Reason = HaltReason.Maximum;
        }
    }
}

/// <summary>Gaussian noise on the initial carry of one puzzle; it depends only on the seed, not on the row of the puzzle.</summary>
internal readonly record struct StartNoise(double Deviation, long Seed)
{
    /// <summary>Adds the noise to a row of a carry, in place.</summary>
    public void AddTo(HrmCarry carry, int row)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        Add(carry.High.select(0, row), generator); // [S, D]
        Add(carry.Low.select(0, row), generator); // [S, D]
    }

    /// <summary>Draws on the CPU in float32, because other devices and dtypes draw other values.</summary>
    private void Add(Tensor state, Generator generator)
        => state.PlusInPlace(randn(state.shape, ScalarType.Float32, generator: generator).TimesInPlace(Deviation).to(state.dtype, state.device));
}
