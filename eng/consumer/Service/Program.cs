using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

// Trains a model in the background, and serves each model that the training saves. The library has the thread of the training, its
// checkpoints and its end with the host; the swap of the models under requests; the health check and the metrics.
var builder = WebApplication.CreateBuilder(args);
var task = new SudokuTask(SudokuShape.Four);
var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 1, new StatefulRandom(1));
HrmModel Create(torch.Generator generator) => new(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);

// The first requests are answered by an untrained model.
using (var generator = new torch.Generator(1))
using (var untrained = Create(generator))
{
    untrained.Save(builder.Configuration["Solver:Folder"]!);
}

builder.Services.AddHrmSolver(builder.Configuration.GetSection("Solver"));
builder.Services.AddHrmTraining(builder.Configuration.GetSection("Training"), services => new TrainingSetup
{
    CreateModel = Create,
    Dataset = new InMemoryPuzzleDataset(puzzles.Training.Select(task.ToExample), task.VocabularySize),
    Augmentation = task,
    ModelSaved = services.GetRequiredService<HrmSolver>().SwapAsync,
});
builder.Services.AddHealthChecks().AddHrmSolver();
var app = builder.Build();

// A real service has an exporter here. This counts the requests that each model answered.
var requests = new ConcurrentDictionary<string, int>();
using var listener = new MeterListener();
listener.InstrumentPublished = (instrument, listener) =>
{
    if (instrument.Name == "hrm.solver.duration")
    {
        listener.EnableMeasurementEvents(instrument);
    }
};
listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
{
    var model = tags.ToArray().First(tag => tag.Key == "hrm.model.name").Value;
    requests.AddOrUpdate($"{model}", 1, (_, count) => count + 1);
});
listener.Start();

app.MapHealthChecks("/health");
app.MapGet("/metrics", () => requests);
app.MapGet("/solve/{puzzle}", async (string puzzle, HrmSolver solver, CancellationToken aborted) =>
{
    var answer = await new PuzzleSolver(solver, task).SolveAsync(puzzle, cancellationToken: aborted);
    return $"{answer.Text} {answer.IsSolution} by {solver.ModelName}";
});
app.Run();
