using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Adaptive computation time by Q-learning, for training: a row stops when the value of halting exceeds that of continuing.</summary>
/// <remarks>
/// <para>
/// <c>halted = segments ≥ M or (q_halt &gt; q_continue)</c>. In training mode, with probability ε a row must first reach a
/// minimum drawn uniformly from 2 … M. In evaluation mode nothing is drawn. Inference uses <see cref="QValueHalting"/>.
/// </para>
/// <para>Source: arXiv 2506.21734, section 2, "Adaptive computational time".</para>
/// </remarks>
public sealed class AdaptiveHalting : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly HaltingOptions _options;
    private readonly Generator _generator;

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
        _generator = generator;
    }

    /// <summary>Decides which rows of a batch stop; explores in training mode.</summary>
    /// <param name="qHalt">[B], float32, before the sigmoid.</param>
    /// <param name="qContinue">[B], float32, before the sigmoid.</param>
    /// <param name="segments">[B], int32: segments run, this one included.</param>
    /// <returns>[B], bool: the rows that stop.</returns>
    public override Tensor forward(Tensor qHalt, Tensor qContinue, Tensor segments)
    {
        using var scope = NewDisposeScope();
        using var minimum = training ? DrawMinimum(segments.size(0), segments.device) : null; // [B]
        return Decide(qHalt, qContinue, segments, minimum).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>
    /// Draws the minimum number of segments of each row: from 2 … M with probability ε, otherwise 0. The draw is for a whole batch,
    /// so a batch that runs in parts draws the same minima as one that runs at once.
    /// </summary>
    /// <returns>[B], int32; <see langword="null"/> when nothing is explored; then nothing is drawn.</returns>
    internal Tensor? DrawMinimum(long rows, Device device)
    {
        if (_options.MaxSegments == 1 || _options.ExplorationProbability == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var probability = _options.ExplorationProbability.ToScalar();
        var explores = rand([rows], generator: _generator).lt(probability); // [B]
        var minimum = randint(2, _options.MaxSegments + 1, [rows], ScalarType.Int32, generator: _generator); // [B]
        return DeviceTransfer.Send(minimum.mul_(explores.to_type(ScalarType.Int32)), device).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>Decides with minima that were drawn before; without minima nothing is explored.</summary>
    internal Tensor Decide(Tensor qHalt, Tensor qContinue, Tensor segments, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var isLast = segments.IsAtLeast(_options.MaxSegments); // [B]
        if (_options.Rule == HaltingRule.Never)
        {
            return isLast.MoveToOuterDisposeScope(); // [B]
        }

        var prefersHalt = _options.Rule == HaltingRule.HaltPositive ? qHalt.gt(HeldScalars.Zero) : qHalt.gt(qContinue); // [B]
        if (minimum is not null)
        {
            prefersHalt = prefersHalt.logical_and(segments.ge(minimum)); // [B]
        }

        return isLast.logical_or(prefersHalt).MoveToOuterDisposeScope(); // [B]
    }
}
