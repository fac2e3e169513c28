using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Adaptive computation time by Q-learning: a row stops when halting is worth more than going on.</summary>
/// <remarks>
/// <para>
/// <c>halted = segments ≥ M or (q_halt &gt; q_continue)</c>. In training mode, with probability ε a row must first reach a
/// minimum drawn uniformly from 2 … M. In evaluation mode nothing is drawn.
/// </para>
/// <para>
/// As an <see cref="IHaltingPolicy"/> it decides as in evaluation, whatever its mode: it is a <see cref="QValueHalting"/> then.
/// </para>
/// <para>Source: arXiv 2506.21734, section 2, "Adaptive computational time".</para>
/// </remarks>
public sealed class AdaptiveHalting : nn.Module<Tensor, Tensor, Tensor, Tensor>, IHaltingPolicy
{
    private readonly HaltingOptions _options;
    private readonly Generator _generator;
    private readonly QValueHalting _inference;

    /// <summary>Creates the policy.</summary>
    /// <param name="options">Maximum, exploration and rule.</param>
    /// <param name="generator">Draws the exploration of training mode; a CPU generator that the caller owns.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    public AdaptiveHalting(HaltingOptions options, Generator generator)
        : base(nameof(AdaptiveHalting))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generator);
        InvalidConfigException.ThrowIfInvalid("halting options", options);

        _options = options;
        _inference = new QValueHalting(options.MaxSegments, rule: options.Rule);
        _generator = generator;
    }

    /// <inheritdoc/>
    public int MaxSegments => _options.MaxSegments;

    /// <inheritdoc/>
    public HaltReason Decide(in SegmentState state) => _inference.Decide(state);

    /// <summary>Decides which rows of a batch stop; explores in training mode.</summary>
    /// <param name="state">Q values and counts of the segment that has just run.</param>
    /// <returns>[B], bool: the rows that stop.</returns>
    public Tensor Decide(HaltingState state) => call(state.QHalt, state.QContinue, state.Segments);

    /// <summary>Decides which rows stop.</summary>
    /// <param name="qHalt">[B], float32, before the sigmoid.</param>
    /// <param name="qContinue">[B], float32, before the sigmoid.</param>
    /// <param name="segments">[B], int32: segments run, this one included.</param>
    /// <returns>[B], bool.</returns>
    public override Tensor forward(Tensor qHalt, Tensor qContinue, Tensor segments)
    {
        using var scope = NewDisposeScope();
        using var minimum = training ? DrawMinimum(segments.size(0), segments.device) : null; // [B]
        return Decide(new HaltingState(qHalt, qContinue, segments), minimum).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>
    /// What exploration asks of each row: a minimum from 2 … M with probability ε, else 0. Drawn for a whole batch at once,
    /// so that a batch run in parts draws what it would have drawn in one.
    /// </summary>
    /// <returns>[B], int32; <see langword="null"/> where nothing is explored, and nothing was drawn.</returns>
    internal Tensor? DrawMinimum(long rows, Device device)
    {
        if (MaxSegments == 1 || _options.ExplorationProbability == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var probability = _options.ExplorationProbability.ToScalar();
        var explores = rand([rows], generator: _generator).lt(probability); // [B]
        var minimum = randint(2, MaxSegments + 1, [rows], ScalarType.Int32, generator: _generator); // [B]
        return DeviceTransfer.Send(minimum.mul_(explores.to_type(ScalarType.Int32)), device).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>Decides with minima that were drawn before; without them nothing is explored.</summary>
    internal Tensor Decide(HaltingState state, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var isLast = state.Segments.IsAtLeast(MaxSegments); // [B]
        if (_options.Rule == HaltingRule.Never)
        {
            return isLast.MoveToOuterDisposeScope(); // [B]
        }

        var prefersHalt = _options.Rule == HaltingRule.HaltPositive ? state.QHalt.gt(HeldScalars.Zero) : state.QHalt.gt(state.QContinue); // [B]
        if (minimum is not null)
        {
            prefersHalt = prefersHalt.logical_and(state.Segments.ge(minimum)); // [B]
        }

        return isLast.logical_or(prefersHalt).MoveToOuterDisposeScope(); // [B]
    }
}
