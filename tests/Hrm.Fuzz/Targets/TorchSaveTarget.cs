using Hrm.PyTorch;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

/// <summary>Files of torch.save: the zip container, and with checksums that fit the pickle and the storages in it.</summary>
internal sealed class TorchSaveTarget : FuzzTarget
{
    private const string Name = "weights.pt";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Model()];

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "(", ")", "K", "M", "N", "Q", "R", "X", "]", "a", "c", "d", "e", "h", "j", "q", "r", "s", "t", "u", "}", ".", "0", "2", "b", "i", "o",
        "ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n", "ctorch\nBFloat16Storage\n", "cposix\nsystem\n",
        "cbuiltins\neval\n", "storage", "cpu", "weight",
    ];

    public override void Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        using var file = TorchSaveFile.Open(path);

        // Tensors may share a storage, but none is larger than the file that holds it.
        Require(file.Names.All(name => file.GetEntry(name).Shape.Aggregate(1L, (product, size) => product * size) <= new FileInfo(path).Length), "tensors lie within the file");
        WeightsReading.ReadAll(file);
    }

    private static FuzzSeed Model()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(TinyModel.AuthorsConfig);
        AuthorsFiles.Write(folder.Path, model);
        return FuzzSeed.Of(Name, File.ReadAllBytes(folder["step_0"]));
    }
}
