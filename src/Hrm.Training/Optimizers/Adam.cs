using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hrm.Layers.Kernels;
using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Adam with atan2 instead of the division, so that no ε is needed, and decoupled weight decay.</summary>
/// <remarks>
/// <para>
/// <c>p *= 1 - lr·wd; m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p -= lr / (1-β1ᵗ) · atan2(m, √v / √(1-β2ᵗ))</c>.
/// The first correction is outside atan2. Every parameter decays. With zero gradients atan2(0, 0) = 0.
/// </para>
/// <para>
/// Float32 on the CPU is updated in one pass over memory, on as many threads as libtorch uses; the result does not depend on
/// their number. Other devices, dtypes and layouts use eager operations.
/// </para>
/// <para>
/// Accuracy: within 1e-6 relative of the recorded numbers of the authors' kernel, over six steps with gradients of
/// 1e-8 … 1e3. Source: Everett et al., arXiv 2407.05872.
/// </para>
/// </remarks>
public sealed class AdamATan2 : ParameterOptimizer
{
    private readonly Adam _adam;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters, float32, each once.</param>
    /// <param name="options">Betas and weight decay.</param>
    /// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
    public AdamATan2(IEnumerable<Parameter> parameters, OptimizerOptions options)
        : base(parameters) => _adam = new Adam(this, Enumerable.Range(0, Parameters.Count), options, isATan2: true);

    /// <inheritdoc/>
    public override void Step(double learningRate) => _adam.Step(learningRate);
}

/// <summary>Adam with decoupled weight decay.</summary>
/// <remarks>
/// <para>
/// <c>p *= 1 - lr·wd; m = lerp(m, g, 1-β1); v = lerp(v, g², 1-β2); p -= lr / (1-β1ᵗ) · m / (√v / √(1-β2ᵗ) + ε)</c>.
/// Every parameter decays. Updated in one pass like <see cref="AdamATan2"/>.
/// </para>
/// <para>
/// Accuracy: within 1e-6 relative of recorded numbers of PyTorch's AdamW, over six steps with gradients of 1e-8 … 1e3.
/// Source: Loshchilov and Hutter, arXiv 1711.05101.
/// </para>
/// </remarks>
public sealed class AdamW : ParameterOptimizer
{
    private readonly Adam _adam;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters, float32, each once.</param>
    /// <param name="options">Betas, weight decay and ε.</param>
    /// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
    public AdamW(IEnumerable<Parameter> parameters, OptimizerOptions options)
        : base(parameters) => _adam = new Adam(this, Enumerable.Range(0, Parameters.Count), options, isATan2: false);

    /// <inheritdoc/>
    public override void Step(double learningRate) => _adam.Step(learningRate);
}

/// <summary>The two averages of some parameters of an optimizer, and their update.</summary>
internal sealed class Adam
{
    private readonly ParameterOptimizer _owner;
    private readonly OptimizerOptions _options;
    private readonly bool _isATan2;
    private readonly int[] _indices;
    private readonly Tensor?[] _means; // same shapes as the parameters; null for a frozen one
    private readonly Tensor?[] _squares; // same shapes as the parameters; null for a frozen one

    /// <param name="owner">Owns parameters, averages and counts of steps.</param>
    /// <param name="indices">The indices of the parameters that are updated here.</param>
    /// <param name="options">Betas, weight decay and ε.</param>
    /// <param name="isATan2">The direction: atan2(m, √v / √(1-β2ᵗ)), or m / (√v / √(1-β2ᵗ) + ε).</param>
    public Adam(ParameterOptimizer owner, IEnumerable<int> indices, OptimizerOptions options, bool isATan2)
    {
        InvalidConfigException.ThrowIfInvalid("optimizer options", options);
        _owner = owner;
        _options = options;
        _isATan2 = isATan2;
        _indices = [.. indices];
        _means = owner.AddTrainedState("mean", _indices);
        _squares = owner.AddTrainedState("square", _indices);
    }

    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        using var noGradient = no_grad();
        var pass = new AdamPass(_isATan2);
        foreach (var index in _indices)
        {
            Tensor parameter = _owner.Parameters[index];
            if (_owner.GradientOf(index) is not { } gradient)
            {
                continue;
            }

            var mean = _means[index] ??= _owner.AddState("mean", [index])[0];
            var square = _squares[index] ??= _owner.AddState("square", [index])[0];
            var coefficients = AdamCoefficients.Of(_options, ++_owner.StepCounts[index], learningRate);
            if (Array.TrueForAll([parameter, gradient, mean, square], FloatPass.CanWalk))
            {
                pass.Add(parameter, gradient, mean, square, coefficients);
            }
            else
            {
                UpdateEagerly(parameter, gradient, mean, square, coefficients);
            }
        }

        pass.Run();
    }

    private void UpdateEagerly(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamCoefficients coefficients)
    {
        using var scope = NewDisposeScope();
        mean.TimesInPlace(coefficients.Beta1).PlusInPlace(gradient, 1 - coefficients.Beta1);
        square.TimesInPlace(coefficients.Beta2).PlusProductInPlace(gradient, gradient, 1 - coefficients.Beta2);
        var root = square.sqrt().TimesInPlace(coefficients.Correction);
        var direction = _isATan2 ? mean.atan2(root) : mean.div(root.PlusInPlace(coefficients.Epsilon));
        parameter.TimesInPlace(coefficients.Decay).PlusInPlace(direction, coefficients.Scale);
    }
}

/// <summary>The numbers of one Adam step of one parameter.</summary>
/// <param name="Beta1">β1.</param>
/// <param name="Beta2">β2.</param>
/// <param name="Decay">The factor of the weights, 1 - lr·wd.</param>
/// <param name="Scale">The factor of the direction, -lr / (1-β1ᵗ).</param>
/// <param name="Correction">The factor of √v, 1 / √(1-β2ᵗ).</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamCoefficients(double Beta1, double Beta2, double Decay, double Scale, double Correction, double Epsilon)
{
    public static AdamCoefficients Of(OptimizerOptions options, long step, double learningRate) => new(
        options.Beta1,
        options.Beta2,
        Decay: 1 - (learningRate * options.WeightDecay),
        Scale: -learningRate / (1 - Math.Pow(options.Beta1, step)),
        Correction: 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)),
        options.Epsilon);
}

/// <summary>An Adam step that reads and writes weights, gradients and averages once each.</summary>
/// <remarks>
/// On 27M values it takes 11.5 ms, eager operations 61 ms: 3 % of a bfloat16 training step of the 27M preset.
/// It is bound by memory: AdamATan2 takes 1.04 times the time of a pass that adds one array to three others. Vectors of
/// 256 bits take 1.16 times as long as 512. Source: docs/performance.md.
/// </remarks>
/// <param name="isATan2">The direction: atan2(m, √v / √(1-β2ᵗ)), or m / (√v / √(1-β2ᵗ) + ε).</param>
internal sealed unsafe class AdamPass(bool isATan2)
{
    /// <summary>Four arrays are read, and all of them except the gradient are written.</summary>
    private const int ArraysWalked = 7;

    private static readonly int Lanes = Vector512<float>.Count;

    private readonly List<(Arrays Arrays, AdamCoefficients Coefficients)> _parameters = [];
    private readonly List<long> _lengths = [];

    /// <summary>Adds a parameter whose tensors <see cref="FloatPass"/> can walk; they must live until the pass has run.</summary>
    public void Add(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamCoefficients coefficients)
    {
        var arrays = new Arrays(
            FastPath.AddressOf<float>(parameter), FastPath.AddressOf<float>(gradient), FastPath.AddressOf<float>(mean), FastPath.AddressOf<float>(square));
        _parameters.Add((arrays, coefficients));
        _lengths.Add(parameter.numel());
        FloatPass.MarkWritten(parameter);
    }

    /// <summary>Updates every parameter that was added.</summary>
    public void Run()
    {
        var chunks = FloatPass.Chunks(_lengths);
        FloatPass.Run(chunks.Length, ArraysWalked, index =>
        {
            var (tensor, offset, length) = chunks[index];
            var (arrays, coefficients) = _parameters[tensor];
            Update(arrays.From(offset), length, coefficients);
        });
    }

    private void Update(Arrays arrays, int length, AdamCoefficients coefficients)
    {
        var rest = length % Lanes;
        Walk(arrays, length - rest, coefficients);
        if (rest > 0)
        {
            // Padded with zeros to a whole vector, so that the same instructions compute it.
            var values = stackalloc float[4 * Lanes];
            var padded = new Arrays(values, values + Lanes, values + (2 * Lanes), values + (3 * Lanes));
            var last = arrays.From(length - rest);
            last.CopyTo(padded, rest);
            Walk(padded, Lanes, coefficients);
            padded.CopyTo(last, rest);
        }
    }

    private void Walk(Arrays arrays, int length, AdamCoefficients coefficients)
    {
        var usesATan2 = isATan2;
        var beta1 = Vector512.Create((float)coefficients.Beta1);
        var beta2 = Vector512.Create((float)coefficients.Beta2);
        var share1 = Vector512.Create((float)(1 - coefficients.Beta1));
        var share2 = Vector512.Create((float)(1 - coefficients.Beta2));
        var correction = Vector512.Create((float)coefficients.Correction);
        var epsilon = Vector512.Create((float)coefficients.Epsilon);
        var decay = Vector512.Create((float)coefficients.Decay);
        var scale = Vector512.Create((float)coefficients.Scale);
        for (var i = 0; i < length; i += Vector512<float>.Count)
        {
            var gradient = Vector512.Load(arrays.Gradients + i);
            var mean = Vector512.MultiplyAddEstimate(share1, gradient, beta1 * Vector512.Load(arrays.Means + i));
            var square = Vector512.MultiplyAddEstimate(share2 * gradient, gradient, beta2 * Vector512.Load(arrays.Squares + i));
            mean.Store(arrays.Means + i);
            square.Store(arrays.Squares + i);
            var root = Vector512.Sqrt(square) * correction;
            var direction = usesATan2 ? Atan2(mean, root) : mean / (root + epsilon);
            Vector512.MultiplyAddEstimate(scale, direction, decay * Vector512.Load(arrays.Weights + i)).Store(arrays.Weights + i);
        }
    }

    /// <summary>The angle of the point (x, y) in the half plane x ≥ 0: -π/2 … π/2.</summary>
    /// <remarks>
    /// <para>
    /// The smaller of |y| and x over the larger is the q of the polynomial; if |y| is larger, the result is π/2 minus its
    /// value. As with atan2, (0, 0) gives 0 with the sign of y, two infinities give ±π/4, and a NaN gives NaN.
    /// </para>
    /// <para>
    /// Accuracy against float64, over 1.1 million points of all scales of float32 (denormal ones too): at most 1.8 units in
    /// the last place (1.9 without fused multiply-add), 1.6e-7 relative.
    /// </para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Atan2(Vector512<float> y, Vector512<float> x)
    {
        // If one of two is NaN, these give the second or NaN: in this order either NaN reaches q.
        var size = Vector512.Abs(y);
        var low = Vector512.MinNative(x, size);
        var high = Vector512.MaxNative(size, x);

        // The smallest number above 0 changes no quotient except 0/0.
        var quotient = low / Vector512.MaxNative(Vector512.Create(float.Epsilon), high);
        var infinity = Vector512.Create(float.PositiveInfinity);
        var areInfinite = Vector512.Equals(low, infinity) & Vector512.Equals(high, infinity);
        quotient = Vector512.ConditionalSelect(areInfinite, Vector512<float>.One, quotient);
        var angle = Atan(quotient);
        var complement = Vector512.Create(MathF.PI / 2) - angle;
        angle = Vector512.ConditionalSelect(Vector512.GreaterThan(size, x), complement, angle);
        return angle | (y & Vector512.Create(-0f));
    }

    /// <summary>atan(q) = q + q·s·R(s) with s = q² and 0 ≤ q ≤ 1.</summary>
    /// <remarks>
    /// R is the polynomial of least relative error, found by Remez exchange in 40 digits: 1.7e-8, or 3.0e-8 with its
    /// coefficients rounded to float32.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Atan(Vector512<float> q)
    {
        var s = q * q;
        var r = Vector512.MultiplyAddEstimate(Vector512.Create(0.002920659026131034f), s, Vector512.Create(-0.016367793083190918f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(0.04321163892745972f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(-0.07552195340394974f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(0.10665995627641678f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(-0.14211052656173706f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(0.19993773102760315f));
        r = Vector512.MultiplyAddEstimate(r, s, Vector512.Create(-0.33333152532577515f));
        return Vector512.MultiplyAddEstimate(r * s, q, q);
    }

    private readonly struct Arrays(float* weights, float* gradients, float* means, float* squares)
    {
        public readonly float* Weights = weights;
        public readonly float* Gradients = gradients;
        public readonly float* Means = means;
        public readonly float* Squares = squares;

        public Arrays From(long offset) => new(Weights + offset, Gradients + offset, Means + offset, Squares + offset);

        public void CopyTo(Arrays target, int length)
        {
            Copy(Weights, target.Weights);
            Copy(Gradients, target.Gradients);
            Copy(Means, target.Means);
            Copy(Squares, target.Squares);

            void Copy(float* from, float* to) => new Span<float>(from, length).CopyTo(new Span<float>(to, length));
        }
    }
}
