using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Roofline: the matrix products of layers in the dtype of the activations, with weights that are already cast.</summary>
internal sealed class MatrixProducts(ScalarType dtype, Device device) : IDisposable
{
    /// <summary>Largest number of values that are drawn; larger factors repeat them.</summary>
    private const long MaximumDrawn = 1 << 22;

    private readonly Generator _generator = new(2506, CPU);
    private readonly List<Tensor> _factors = [];
    private readonly List<Action> _forward = [];
    private readonly List<Action> _backward = [];

    /// <summary>Multiplications and additions of the forward pass; the backward pass has twice as many.</summary>
    public double Operations { get; private set; }

    /// <summary>Adds the products of blocks of a model.</summary>
    public MatrixProducts AddBlocks(HrmConfig config, int batch, int count)
    {
        for (var block = 0; block < count; block++)
        {
            if (config.MixTokens)
            {
                AddGated(batch * config.HiddenSize, config.TokenCount, config.MixerInnerWidth);
            }
            else
            {
                AddAttention(batch, config.TokenCount, config.HiddenSize, config.Heads);
            }

            AddGated(batch * config.TokenCount, config.HiddenSize, config.InnerWidth);
        }

        return this;
    }

    /// <summary>Runs the products of the forward pass.</summary>
    public void Forward() => Run(_forward);

    /// <summary>Runs the two products of the backward pass for each product of the forward pass.</summary>
    public void Backward() => Run(_backward);

    public void Dispose()
    {
        _factors.ForEach(factor => factor.Dispose());
        _generator.Dispose();
    }

    private static void Run(List<Action> products)
    {
        using var noGradient = no_grad();
        foreach (var product in products)
        {
            using var scope = NewDisposeScope();
            product();
        }
    }

    /// <summary>Adds qkv, q kᵀ, p v and o.</summary>
    private void AddAttention(long batch, long tokens, long width, long heads)
    {
        AddLinear(batch * tokens, width, 3 * width);
        AddMixing(batch * heads, tokens, width / heads);
        AddLinear(batch * tokens, width, width);
    }

    /// <summary>Adds gate and up, and down.</summary>
    private void AddGated(long rows, long width, long innerWidth)
    {
        AddLinear(rows, width, 2 * innerWidth);
        AddLinear(rows, innerWidth, width);
    }

    /// <summary>y = x Wᵀ; backward dx = dy W and dW = dyᵀ x.</summary>
    private void AddLinear(long rows, long inputs, long outputs)
    {
        var (input, weight, gradient) = (Factor(rows, inputs), Factor(outputs, inputs), Factor(rows, outputs)); // [R, I], [O, I], [R, O]
        _forward.Add(() => nn.functional.linear(input, weight)); // [R, O]
        _backward.Add(() => mm(gradient, weight)); // [R, I]
        _backward.Add(() => mm(gradient.t(), input)); // [O, I]
        Operations += 2.0 * rows * inputs * outputs;
    }

    /// <summary>q kᵀ and p v; backward dp, dv, dq and dk. One tensor represents q, k, v and the gradient of the mixed values.</summary>
    private void AddMixing(long heads, long tokens, long headWidth)
    {
        var (rows, weights) = (Factor(heads, tokens, headWidth), Factor(heads, tokens, tokens)); // [BA, S, H], [BA, S, S]
        Action scores = () => bmm(rows, rows.transpose(1, 2)); // [BA, S, S]
        Action mixed = () => bmm(weights, rows); // [BA, S, H]
        Action transposed = () => bmm(weights.transpose(1, 2), rows); // [BA, S, H]
        _forward.AddRange([scores, mixed]);
        _backward.AddRange([scores, transposed, mixed, transposed]);
        Operations += 4.0 * heads * tokens * tokens * headWidth;
    }

    private Tensor Factor(params long[] shape)
    {
        using var scope = NewDisposeScope();
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var drawn = randn([Math.Min(count, MaximumDrawn)], generator: _generator).to(dtype).to(device); // [≤ MaximumDrawn]
        var repeated = count <= MaximumDrawn ? drawn : drawn.repeat((count + MaximumDrawn - 1) / MaximumDrawn).narrow(0, 0, count).clone(); // [count]
        var factor = repeated.view(shape).DetachFromDisposeScope();
        _factors.Add(factor);
        return factor;
    }
}

/// <summary>Matrix products of the blocks of a segment, each block as often as the segment runs it.</summary>
internal sealed class SegmentRoofline(HrmConfig config, int batch, Device? device = null) : IDisposable
{
    private readonly MatrixProducts _low = new MatrixProducts(config.ForwardDtype, device ?? CPU).AddBlocks(config, batch, config.LowLayers);
    private readonly MatrixProducts _high = new MatrixProducts(config.ForwardDtype, device ?? CPU).AddBlocks(config, batch, config.HighLayers);

    /// <summary>Multiplications and additions of <see cref="RunTrainingStep"/>.</summary>
    public double OperationsOfTrainingStep
        => 2 * ((config.HighCycles * ((config.LowCycles * _low.Operations) + _high.Operations)) + _low.Operations + _high.Operations);

    /// <summary>Runs the products of a step with the one-step gradient: forward, backward, forward for the target of q_continue.</summary>
    public void RunTrainingStep()
    {
        Forward();
        BackwardOfOneStep();
        Forward();
    }

    /// <summary>Runs the products of N · T updates of the low module and N of the high one.</summary>
    public void Forward()
    {
        for (var cycle = 0; cycle < config.HighCycles; cycle++)
        {
            for (var update = 0; update < config.LowCycles; update++)
            {
                _low.Forward();
            }

            _high.Forward();
        }
    }

    /// <summary>Runs the products of the backward pass of the one-step gradient: one update of each module.</summary>
    public void BackwardOfOneStep()
    {
        _high.Backward();
        _low.Backward();
    }

    public void Dispose()
    {
        _low.Dispose();
        _high.Dispose();
    }
}
