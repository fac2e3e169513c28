using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Tool.Tests;

/// <summary>The assembly of these tests as one of a user: <c>--modules</c> finds this method.</summary>
public static class GatedModules
{
    /// <summary>A vocabulary for which the code fails.</summary>
    internal const int Refused = 100;

    /// <summary>A vocabulary that the code changes.</summary>
    internal const int Changed = 101;

    /// <summary>Creates a model whose L is a gate between its state and the injection.</summary>
    public static HrmModel Create(HrmConfig config, Generator generator)
    {
        config = config.VocabularySize switch
        {
            Refused => throw new NotSupportedException("no such vocabulary"),
            Changed => config with { VocabularySize = 5 },
            _ => config,
        };
        return new HrmModel(config, ReasoningModule.Create(config, config.HighLayers, ReasoningModule.CreateRotary(config), generator), new Gate(config, generator), generator);
    }

    private sealed class Gate : nn.Module<Tensor, Tensor, Tensor>
    {
        [ComponentName(Name = "gate")]
        private readonly CastedLinear _gate;

        public Gate(HrmConfig config, Generator generator)
            : base(nameof(Gate))
        {
            _gate = new CastedLinear(config.HiddenSize, config.HiddenSize, generator);
            RegisterComponents();
        }

        public override Tensor forward(Tensor state, Tensor injection)
        {
            using var scope = NewDisposeScope();
            return state.lerp(injection, _gate.call(state).sigmoid()).MoveToOuterDisposeScope(); // [B, S, D]
        }
    }
}
