using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

internal sealed class SafetensorsTarget : FuzzTarget
{
    private const string Name = "weights.safetensors";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Small(), Model()];

    public override IReadOnlyList<string> Tokens { get; } =
        ["dtype", "shape", "data_offsets", "__metadata__", "F32", "BF16", "F16", "F64", "I64", "U8", "BOOL", "F8_E4M3", "weight", "{", "}", "[", "]", ":", ","];

    public override void Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        using var file = SafetensorsFile.Open(path);
        Require(WeightsReading.ReadAll(file) <= new FileInfo(path).Length, "tensors lie within the file");
    }

    private static FuzzSeed Small()
    {
        using var folder = new TemporaryFolder();
        SafetensorsFile.Save(folder[Name], TinyModel.Tensors());
        return FuzzSeed.OfFolder(folder.Path);
    }

    private static FuzzSeed Model()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create();
        SafetensorsFile.Save(folder[Name], model.state_dict());
        return FuzzSeed.OfFolder(folder.Path);
    }
}
