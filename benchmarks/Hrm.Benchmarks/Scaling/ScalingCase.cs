using System.Globalization;
using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;

namespace Hrm.Benchmarks.Scaling;

/// <summary>A model's size, and what is run of it.</summary>
/// <param name="Mode">What is run.</param>
/// <param name="Batch">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Width">D; heads are 32 wide.</param>
/// <param name="Cycles">N and T, which are equal.</param>
/// <param name="Threads">The threads of an operation.</param>
/// <param name="Float">The forward dtype.</param>
internal readonly record struct ScalingCase(ScalingMode Mode, int Batch, int Tokens, int Width, int Cycles, int Threads, FloatKind Float)
{
    private const int HeadWidth = 32;
    private const int Layers = 2;
    private const int Vocabulary = 11;

    /// <summary>The arguments that make another process measure this case.</summary>
    public IEnumerable<string> Arguments =>
    [
        ScalingCommand.CaseName,
        $"{Mode}",
        .. new[] { Batch, Tokens, Width, Cycles, Threads }.Select(value => value.ToString(CultureInfo.InvariantCulture)),
        $"{Float}",
    ];

    /// <summary>Two and two blocks of attention with rotary positions, no puzzle embedding.</summary>
    public HrmConfig Config => new()
    {
        SequenceLength = Tokens,
        VocabularySize = Vocabulary,
        HiddenSize = Width,
        Heads = Width / HeadWidth,
        HighLayers = Layers,
        LowLayers = Layers,
        HighCycles = Cycles,
        LowCycles = Cycles,
        ForwardDtype = Float.ToDtype(),
    };

    /// <summary>What BPTT would keep at least, in bytes: a score of the activations of each token in each block of each update.</summary>
    public double UnrolledBytes
    {
        get
        {
            const double ActivationsOfWidth = 26;
            var updates = (Cycles * Cycles) + Cycles;
            return updates * Layers * ActivationsOfWidth * Batch * Tokens * Width * (Float == FloatKind.F32 ? sizeof(float) : sizeof(short));
        }
    }

    public static ScalingCase Parse(IReadOnlyList<string> arguments) => new(
        Enum.Parse<ScalingMode>(arguments[0]),
        Number(arguments[1]),
        Number(arguments[2]),
        Number(arguments[3]),
        Number(arguments[4]),
        Number(arguments[5]),
        Enum.Parse<FloatKind>(arguments[6]));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
