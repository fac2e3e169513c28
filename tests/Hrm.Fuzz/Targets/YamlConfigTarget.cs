using Hrm.PyTorch;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

internal sealed class YamlConfigTarget : FuzzTarget
{
    private const string Name = "all_config.yaml";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Exported()];

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "arch:", "  hidden_size: 8\n", "num_heads", "expansion", "forward_dtype: bfloat16", "pos_encodings: learned", "loss:", "- ", ": ", "&a", "*a", "<<: *a", "!!python/object:os.system",
        "!!binary", "? ", "| ", "> ", "---\n", "...\n", "%YAML 1.2\n", "#", "{", "}", "[", "]", ".inf", ".nan", "~", "yes", "0o17", "1:30",
    ];

    public override void Read(string folder)
    {
        using var checkpoint = AuthorsCheckpoint.Open(folder, TinyModel.Config.SequenceLength);
        Require(checkpoint.Config.HiddenSize == TinyModel.Config.HiddenSize, "the yaml does not contradict the tensors");
    }

    private static FuzzSeed Exported()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(TinyModel.AuthorsConfig);
        AuthorsFiles.Write(folder.Path, model);
        return FuzzSeed.OfFolder(folder.Path, name => name == Name);
    }
}
