namespace Hrm.Training;

/// <summary>Writes the five arrays of a split, group by group, and checks each value. Throws the exceptions of the file system.</summary>
internal sealed class PuzzleSetWriter : IDisposable
{
    private readonly TokenRules _rules;
    private readonly GroupReader _reader;
    private readonly int[] _stored;
    private readonly List<NpyWriter> _files = [];
    private readonly NpyWriter _inputs;
    private readonly NpyWriter _labels;
    private readonly NpyWriter _puzzleIds;
    private readonly NpyWriter _puzzleOffsets;
    private readonly NpyWriter _groupOffsets;

    public PuzzleSetWriter(string folder, string split, PuzzleDatasetOptions options)
    {
        _rules = new TokenRules(options.VocabularySize, options.IgnoreLabelId);
        _reader = new GroupReader(split, _rules) { SequenceLength = options.SequenceLength };
        _stored = new int[options.SequenceLength];
        var ignored = options.IgnoreLabelId ?? 0;
        var tokens = NpyDtype.Narrowest(Math.Min(0, ignored), Math.Max(options.VocabularySize - 1, ignored));
        try
        {
            Directory.CreateDirectory(folder);
            _inputs = Create(DatasetNames.Inputs, tokens, options.SequenceLength);
            _labels = Create(DatasetNames.Labels, tokens, options.SequenceLength);
            _puzzleIds = Create(DatasetNames.PuzzleIds, NpyDtype.Int32, null);
            _puzzleOffsets = Create(DatasetNames.PuzzleOffsets, NpyDtype.Int32, null);
            _groupOffsets = Create(DatasetNames.GroupOffsets, NpyDtype.Int32, null);
            _puzzleOffsets.Append(0);
            _groupOffsets.Append(0);
        }
        catch
        {
            Dispose();
            throw;
        }

        NpyWriter Create(string field, NpyDtype type, int? rowLength)
        {
            var file = new NpyWriter(Path.Combine(folder, DatasetNames.ArrayFile(DatasetNames.Set, field)), type, rowLength);
            _files.Add(file);
            return file;
        }
    }

    public int Groups => _reader.Groups;

    public int Puzzles => _reader.Puzzles;

    public int Examples => _reader.Examples;

    /// <summary>Checks a group and writes it.</summary>
    public void Add(PuzzleGroup group)
    {
        _reader.Read(group, AddExample, AddPuzzle);
        _groupOffsets.Append(Puzzles);
    }

    /// <summary>Checks the number of groups and the largest puzzle id, and completes the files.</summary>
    public void Complete(int idCount)
    {
        _reader.Complete(idCount);
        _files.ForEach(file => file.Complete());
    }

    /// <summary>Closes the files. After <see cref="Complete"/> nothing is left to write; before it, the earlier exception is reported.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            try
            {
                file.Dispose();
            }
            catch (Exception exception) when (AtomicFile.IsWriteError(exception))
            {
            }
        }
    }

    private void AddExample(PuzzleExample example)
    {
        _rules.ToStored(example.Labels, _stored);
        _inputs.Append(example.Inputs);
        _labels.Append(_stored);
    }

    private void AddPuzzle(int id)
    {
        _puzzleIds.Append(id);
        _puzzleOffsets.Append(Examples);
    }
}
