using System.Text;
using Hrm.Core;

namespace Hrm.Fuzz.Targets;

internal sealed class JsonConfigTarget : FuzzTarget
{
    private const string Name = "config.json";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } =
    [
        FuzzSeed.Of(Name, TinyModel.Config.ToJson()),
        FuzzSeed.Of(Name, HrmPresets.SudokuExtreme.ToJson()),
        FuzzSeed.Of(Name, HrmPresets.Arc(1000).ToJson()),
    ];

    public override IReadOnlyList<string> Tokens { get; } =
        ["hidden_size", "seq_len", "vocab_size", "num_heads", "H_cycles", "L_cycles", "forward_dtype", "bfloat16", "float32", "pos_encodings", "rope", "learned", "format_version"];

    public override void Read(string folder)
    {
        // Text is what the method takes; what is no UTF-8 reaches it as replacement characters.
        var config = HrmConfig.FromJson(Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, Name))));
        config.Validate();
        Require(HrmConfig.FromJson(config.ToJson()) == config, "a config that was read is written as it is");
    }
}
