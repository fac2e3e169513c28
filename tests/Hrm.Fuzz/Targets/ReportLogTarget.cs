using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.Fuzz.Targets;

/// <summary>The reports of a run that is gone on with: lines of later steps are dropped, whatever else stands in the file.</summary>
internal sealed class ReportLogTarget : FuzzTarget
{
    private const string Name = "metrics.jsonl";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } =
        [FuzzSeed.Of(Name, """{"kind":"training","step":1,"seconds":0.5}""" + "\n" + """{"kind":"training","step":9}""" + "\n" + """{"kind":"evaluation","step":2,"metrics":{"accuracy":0.5}}""" + "\n")];

    public override IReadOnlyList<string> Tokens { get; } = ["step", "\"step\":1", "{", "}", "\n", "\"kind\"", "NaN", "\\ud800"];

    public override void Read(string folder)
    {
        using var work = new TemporaryFolder();
        var path = work[Name];
        File.Copy(Path.Combine(folder, Name), path);
        new JsonLinesLog(path).Rewind(5);
        var kept = File.ReadAllLines(path);
        new JsonLinesLog(path).Rewind(5);
        Require(File.ReadAllLines(path).AsSpan().SequenceEqual(kept), "lines that were kept are kept again");
        if (kept.Length == 0)
        {
            throw new HrmFileException(path, "no line was kept");
        }
    }
}
