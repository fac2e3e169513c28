using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Adaptive computation time by Q-learning: a row stops when halting is worth more than going on.</summary>
/// <remarks>
/// <para>
/// <c>halted = segments ≥ M or (q_halt &gt; q_continue)</c>. In training mode, with probability ε a row must first reach a
/// minimum drawn uniformly from 2 … M. In evaluation mode nothing is drawn.
/// </para>
/// <para>Source: arXiv 2506.21734, section 2, "Adaptive computational time".</para>
/// </remarks>
public sealed class AdaptiveHalting : nn.Module<Tensor, Tensor, Tensor, Tensor>, IHaltingPolicy
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
        var errors = HaltingOptionsValidator.Check(options);
        if (errors.Count > 0)
        {
            throw new InvalidConfigException("halting options", errors);
        }

        _options = options;
        _generator = generator;
    }

    /// <inheritdoc/>
    public int MaxSegments => _options.MaxSegments;

    /// <inheritdoc/>
    public Tensor Decide(HaltingState state) => call(state.QHalt, state.QContinue, state.Segments);

    /// <summary>Decides which rows stop.</summary>
    /// <param name="qHalt">[B], float32, before the sigmoid.</param>
    /// <param name="qContinue">[B], float32, before the sigmoid.</param>
    /// <param name="segments">[B], int32: segments run, this one included.</param>
    /// <returns>[B], bool.</returns>
    public override Tensor forward(Tensor qHalt, Tensor qContinue, Tensor segments)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var isLast = segments.ge(MaxSegments); // [B]
        var prefersHalt = _options.Rule == HaltingRule.HaltPositive ? qHalt.gt(0) : qHalt.gt(qContinue); // [B]
        if (training && MaxSegments > 1 && _options.ExplorationProbability > 0)
        {
            prefersHalt = prefersHalt.logical_and(segments.ge(DrawMinimum(segments)));
        }

        return isLast.logical_or(prefersHalt).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>A minimum from 2 … M with probability ε, else 0, [B], int32.</summary>
    private Tensor DrawMinimum(Tensor segments)
    {
        var rows = segments.size(0);
        var explores = rand([rows], generator: _generator).lt(_options.ExplorationProbability); // [B]
        var minimum = randint(2, MaxSegments + 1, [rows], ScalarType.Int32, generator: _generator); // [B]
        return minimum.mul_(explores.to_type(ScalarType.Int32)).to(segments.device); // [B]
    }
}
