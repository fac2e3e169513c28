using System.Runtime.Intrinsics.X86;
using Hrm.Benchmarks.Measuring;
using Hrm.Core;
using Hrm.Layers.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>
/// Roofline: the matrix products of layers in the dtype of the activations, with weights that are already cast. On the CPU each product
/// is computed by the library and in the order of the factors that were the fastest when the product was added.
/// </summary>
internal sealed class MatrixProducts(ScalarType dtype, Device device) : IDisposable
{
    /// <summary>Largest number of values that are drawn; larger factors repeat them.</summary>
    private const long MaximumDrawn = 1 << 22;

    private const string Libtorch = "libtorch";
    private const string OneDnn = "oneDNN";

    private readonly Generator _generator = new(2506, CPU);
    private readonly List<Tensor> _factors = [];
    private readonly List<Action> _forward = [];
    private readonly List<Action> _backward = [];
    private readonly Dictionary<string, Candidate> _fastest = new(StringComparer.Ordinal);
    private readonly List<string> _libraries = [];

    /// <summary>Multiplications and additions of the forward pass; the backward pass has twice as many.</summary>
    public double Operations { get; private set; }

    /// <summary>Libraries that compute the products, and the number of products of each: "oneDNN 14, libtorch 4".</summary>
    public string Libraries
        => string.Join(", ", _libraries.CountBy(library => library).OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value}"));

    /// <summary>Adds the products of blocks of a model.</summary>
    public MatrixProducts AddBlocks(HrmConfig config, int batch, int count)
    {
        for (var block = 0; block < count; block++)
        {
            if (config.Mixing == TokenMixing.TokenMixer)
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
        Add(_forward, input, Kept(Turned(weight))); // [R, O]
        Add(_backward, gradient, weight); // [R, I]
        Add(_backward, Kept(Turned(gradient)), input); // [O, I]
        Operations += 2.0 * rows * inputs * outputs;
    }

    /// <summary>q kᵀ and p v; backward dp, dv, dq and dk. One tensor represents q, k, v and the gradient of the mixed values.</summary>
    private void AddMixing(long heads, long tokens, long headWidth)
    {
        var (rows, weights) = (Factor(heads, tokens, headWidth), Factor(heads, tokens, tokens)); // [BA, S, H], [BA, S, S]
        var (turnedRows, turnedWeights) = (Kept(Turned(rows)), Kept(Turned(weights))); // [BA, H, S], [BA, S, S]
        Add(_forward, rows, turnedRows); // q kᵀ, [BA, S, S]
        Add(_forward, weights, rows); // p v, [BA, S, H]
        Add(_backward, rows, turnedRows); // dp, [BA, S, S]
        Add(_backward, turnedWeights, rows); // dv, [BA, S, H]
        Add(_backward, weights, rows); // dq, [BA, S, H]
        Add(_backward, turnedWeights, rows); // dk, [BA, S, H]
        Operations += 4.0 * heads * tokens * tokens * headWidth;
    }

    private void Add(List<Action> products, Tensor left, Tensor right)
    {
        var key = string.Join(' ', [.. left.shape, .. left.stride(), .. right.shape, .. right.stride()]);
        if (!_fastest.TryGetValue(key, out var fastest))
        {
            _fastest[key] = fastest = Fastest(left, right);
        }

        _libraries.Add(fastest.Library);
        products.Add(() => fastest.Multiply(left, right));
    }

    /// <summary>Times each candidate a few times, and takes the one with the shortest time.</summary>
    private Candidate Fastest(Tensor left, Tensor right)
    {
        const int Rounds = 11;
        const int Warmups = 2;
        Candidate[] candidates = [.. Candidates()];
        Side[] sides = [.. candidates.Select((candidate, index) => new Side($"{index}", () => Run([() => candidate.Multiply(left, right)])))];
        var times = RoundTimes.Measure(sides, Rounds, Warmups);
        return candidates[Enumerable.Range(0, candidates.Length).MinBy(index => times.MinimumMs($"{index}"))];
    }

    /// <summary>Each library with both orders of the factors: A B and (Bᵀ Aᵀ)ᵀ. On a GPU libtorch decides.</summary>
    private IEnumerable<Candidate> Candidates()
    {
        yield return new Candidate(Libtorch, MultiplyByLibtorch);
        if (device.type != DeviceType.CPU)
        {
            yield break;
        }

        yield return new Candidate(Libtorch, Swapped(MultiplyByLibtorch));

        // oneDNN ends the process if it does not support bfloat16 on this processor.
        if (Products.HasOneDnn && (dtype == ScalarType.Float32 || Avx512DQ.IsSupported))
        {
            yield return new Candidate(OneDnn, MultiplyByOneDnn);
            yield return new Candidate(OneDnn, Swapped(MultiplyByOneDnn));
        }
    }

    private static void MultiplyByLibtorch(Tensor left, Tensor right) => _ = left.dim() == 3 ? bmm(left, right) : mm(left, right);

    private static void MultiplyByOneDnn(Tensor left, Tensor right) => Products.MultiplyByOneDnn(left, right);

    private static Action<Tensor, Tensor> Swapped(Action<Tensor, Tensor> multiply) => (left, right) => multiply(Turned(right), Turned(left));

    private static Tensor Turned(Tensor matrices) => matrices.transpose(-2, -1);

    private Tensor Factor(params long[] shape)
    {
        using var scope = NewDisposeScope();
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var drawn = randn([Math.Min(count, MaximumDrawn)], generator: _generator).to(dtype).to(device); // [≤ MaximumDrawn]
        var repeated = count <= MaximumDrawn ? drawn : drawn.repeat((count + MaximumDrawn - 1) / MaximumDrawn).narrow(0, 0, count).clone(); // [count]
        return Kept(repeated.view(shape));
    }

    private Tensor Kept(Tensor factor)
    {
        _factors.Add(factor.DetachFromDisposeScope());
        return factor;
    }

    /// <summary>One of the ways to compute a product.</summary>
    private sealed record Candidate(string Library, Action<Tensor, Tensor> Multiply);
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
