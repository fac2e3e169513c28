using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

// A model with H of the library and L of one's own.
// <own-model>
var task = new SudokuTask(SudokuShape.Four);
var config = HrmPresets.Tiny(task.SequenceLength, task.VocabularySize);
using var generator = new torch.Generator(1);
using var model = Create(config, generator);

static HrmModel Create(HrmConfig config, torch.Generator generator)
{
    var high = ReasoningModule.Create(config, config.HighLayers, rotary: null, generator);
    return new HrmModel(config, high, new GatedModule(config, generator), generator);
}
// </own-model>

// Training, as of any other model.
// <own-model-training>
var options = TrainerPresets.Tiny();
options.TotalSteps = 200;
var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 500, new StatefulRandom(1));
var training = new InMemoryPuzzleDataset(puzzles.Training.Select(task.ToExample), task.VocabularySize);
using var trainer = new OneStepGradTrainer(model, options, generator);
using var stream = new TrainingStream(training, options.GlobalBatchSize, augmentation: task);
var log = new JsonLinesLog("gated-metrics.jsonl");
var run = new TrainingRun(trainer, stream, new TrainingRunOptions { ReportInterval = 20 }) { Logs = [log] };
run.Run();
// </own-model-training>

// Loading takes the function that creates the model.
// <own-model-files>
model.Save("gated-model");
using var loaded = HrmModel.Load("gated-model", create: config => Create(config, generator));
// </own-model-files>

// The loaded model solves test puzzles.
using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = 8, Rule = HaltingRule.Never });
var solved = puzzles.Test.Take(100).Count(puzzle => puzzle.Question.IsSolvedBy(task.Decode(solver.Solve(task.Encode(puzzle.Question)).Tokens)));
Console.WriteLine($"{solved} of 100 solved");
